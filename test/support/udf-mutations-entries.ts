import type { UdfMutation } from "./udf-mutations.js";
export const entryMutations: readonly UdfMutation[] = [];
