/**
 * Conditions on role assignments, as far as they say which role assignments may be written and deleted
 * (https://learn.microsoft.com/azure/role-based-access-control/conditions-format).
 */

/** What is asked for, as a condition sees it. */
export interface ConditionRequest {
  action: string;
  /** The role assignment that is to be written, by attribute name in lower case. */
  request: Readonly<Record<string, string>>;
  /** The role assignment that is there, e.g. to be deleted. */
  resource: Readonly<Record<string, string>>;
}

/** A condition, ready to be asked. */
export type Condition = (request: ConditionRequest) => boolean;

/** The text is no condition that the sandbox can evaluate. */
export class ConditionError extends Error {
  override readonly name = "ConditionError";
}

const ATTRIBUTE_PREFIX = "microsoft.authorization/roleassignments:";

/** The attributes of role assignments, in lower case. */
export const CONDITION_ATTRIBUTES = {
  role: `${ATTRIBUTE_PREFIX}roledefinitionid`,
  principal: `${ATTRIBUTE_PREFIX}principalid`,
  principalType: `${ATTRIBUTE_PREFIX}principaltype`,
} as const;

const TOKEN =
  /\s*(?:(?<mark>\(|\)|!|&&|\|\|)|ActionMatches\{'(?<action>[^']+)'\}|@(?<source>Request|Resource)\[(?<attribute>[^\]]+)\]|\{(?<values>[^}]*)\}|(?<word>[A-Za-z:]+))/y;

interface Token {
  mark?: string;
  action?: string;
  source?: string;
  attribute?: string;
  values?: string;
  word?: string;
}

/** Each compares an attribute with a set of values. `ForAnyOfAllValues` would ask for all of them at once. */
const OPERATORS = ["foranyofanyvalues:guidequals", "foranyofanyvalues:stringequalsignorecase"];

/** @throws ConditionError */
export function parseCondition(text: string): Condition {
  const tokens = tokensOf(text);
  let at = 0;
  const peek = () => tokens[at];
  const isMark = (...marks: string[]) => {
    const { mark, word } = peek() ?? {};
    return marks.includes(mark ?? word?.toUpperCase() ?? "");
  };
  const either = (): Condition => {
    const parts = [both()];
    while (isMark("||", "OR")) {
      at++;
      parts.push(both());
    }
    return (request) => parts.some((part) => part(request));
  };
  const both = (): Condition => {
    const parts = [single()];
    while (isMark("&&", "AND")) {
      at++;
      parts.push(single());
    }
    return (request) => parts.every((part) => part(request));
  };
  const single = (): Condition => {
    const token = tokens[at++];
    if (token === undefined) throw new ConditionError("it ends too early");
    if (token.mark === "!" || token.word?.toUpperCase() === "NOT") {
      const inner = single();
      return (request) => !inner(request);
    }
    if (token.mark === "(") {
      const inner = either();
      if (tokens[at++]?.mark !== ")") throw new ConditionError("a parenthesis is not closed");
      return inner;
    }
    const { action } = token;
    if (action !== undefined) return (request) => request.action.toLowerCase() === action.toLowerCase();
    if (token.attribute !== undefined) return comparison(token, tokens[at++]?.word, tokens[at++]?.values);
    throw new ConditionError(`"${token.word ?? token.mark ?? ""}" is not expected there`);
  };
  const condition = either();
  if (at < tokens.length) throw new ConditionError("something follows its end");
  return condition;
}

function comparison(
  { source, attribute = "" }: Token,
  operator: string | undefined,
  values: string | undefined,
): Condition {
  const name = attribute.toLowerCase();
  if (!Object.values<string>(CONDITION_ATTRIBUTES).includes(name)) {
    throw new ConditionError(`the attribute ${attribute} is not known`);
  }
  if (operator === undefined || !OPERATORS.includes(operator.toLowerCase())) {
    throw new ConditionError(`the operator ${operator ?? ""} is not known`);
  }
  if (values === undefined) throw new ConditionError(`${operator} has no set of values`);
  const allowed = values.split(",").map((value) =>
    value
      .trim()
      .replace(/^'(.*)'$/, "$1")
      .toLowerCase(),
  );
  return ({ request, resource }) => {
    const value = (source === "Request" ? request : resource)[name];
    return value !== undefined && allowed.includes(value.toLowerCase());
  };
}

function tokensOf(text: string): Token[] {
  const tokens: Token[] = [];
  const trimmed = text.trimEnd();
  for (let at = 0; at < trimmed.length; at = TOKEN.lastIndex) {
    TOKEN.lastIndex = at;
    const match = TOKEN.exec(trimmed);
    if (match?.groups === undefined)
      throw new ConditionError(`"${trimmed.slice(at, at + 40)}" is not understood`);
    tokens.push({ ...match.groups });
  }
  return tokens;
}
