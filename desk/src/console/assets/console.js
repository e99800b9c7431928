// The console's script: an addition. Every page works without it.
"use strict";

// Text that was typed and not sent is not lost by leaving the page unasked.
let typed = false;
let sending = false;
document.addEventListener("input", (event) => {
  if (event.target.closest("form[method=post]")) typed = true;
});
document.addEventListener("submit", () => {
  sending = true;
});
window.addEventListener("beforeunload", (event) => {
  if (typed && !sending) event.preventDefault();
});
