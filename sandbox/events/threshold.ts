/** How a rule compares a value with its threshold. */
export const THRESHOLD_OPERATORS = [
  "Equals",
  "GreaterThan",
  "GreaterThanOrEqual",
  "LessThan",
  "LessThanOrEqual",
] as const;

export interface Threshold {
  operator: (typeof THRESHOLD_OPERATORS)[number];
  threshold: number;
}

export function meets({ operator, threshold }: Threshold, value: number): boolean {
  switch (operator) {
    case "Equals":
      return value === threshold;
    case "GreaterThan":
      return value > threshold;
    case "GreaterThanOrEqual":
      return value >= threshold;
    case "LessThan":
      return value < threshold;
    case "LessThanOrEqual":
      return value <= threshold;
  }
}
