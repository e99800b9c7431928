// A remote agent as a Worker of its own, for a test: it finds merchants, and agrees with what the fixed rules found. It
// says what it was asked in its log, and holds no state.

const MEDIA_TYPE = "application/json";

export default {
  async fetch(request, env) {
    const { pathname } = new URL(request.url);
    if (request.method !== "POST" || pathname !== "/v1/agent-tasks") {
      return new Response("no such address", { status: 404 });
    }
    const task = await request.json();
    if (task.kind === "lookup" && task.lookup.lookup === "merchants") {
      // Whoever asks one after the other would show it.
      await new Promise((resolve) => setTimeout(resolve, Number(env.DELAY_MS)));
      return answer({ reply: JSON.parse(env.MERCHANTS) });
    }
    return answer(task.kind === "finding" ? { agree: true } : {});
  },
};

function answer(body) {
  return new Response(JSON.stringify(body), { headers: { "content-type": MEDIA_TYPE } });
}
