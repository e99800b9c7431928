// The directory that this agent searches. A real one would be a database or another service.

/** A merchant in the shape of the `merchants` source (`docs/sources.openapi.json`). */
export interface Merchant {
  id: string;
  name: string;
  descriptors: string[];
  mcc: string;
  category: string;
  country: string;
  contact: string;
  billing: "subscription" | "one_off";
  refund_policy: string;
}

export const merchants: Merchant[] = [
  {
    id: "dir-streamly",
    name: "Streamly",
    descriptors: ["STREAMLY*SUBSCRIPTION", "STREAMLY.COM"],
    mcc: "5815",
    category: "subscription",
    country: "US",
    contact: "help.streamly.example",
    billing: "subscription",
    refund_policy: "Refunds within 30 days of a charge.",
  },
  {
    id: "dir-bean-there",
    name: "Bean There Coffee",
    descriptors: ["BEAN THERE 0042"],
    mcc: "5814",
    category: "coffee",
    country: "US",
    contact: "beanthere.example/contact",
    billing: "one_off",
    refund_policy: "Ask in the shop.",
  },
  {
    id: "dir-peak-gym",
    name: "Peak Gym",
    descriptors: ["PEAK GYM MEMBERSHIP"],
    mcc: "7997",
    category: "gym subscription",
    country: "GB",
    contact: "peakgym.example/members",
    billing: "subscription",
    refund_policy: "The month that has begun is not refunded.",
  },
];
