import { type PropertyValue, ProviderError } from "../provider.ts";

/**
 * The check behind `preventDuplicateNames`.
 * @throws ProviderError when another object has the name
 */
export function requireUnusedName(
  objects: readonly { id: string; displayName: string }[],
  displayName: PropertyValue | undefined,
  itself: PropertyValue | undefined,
): void {
  const other = objects.find((object) => object.displayName === displayName && object.id !== itself);
  if (other !== undefined) {
    throw new ProviderError(
      "UNKNOWN",
      `"displayName" "${displayName}" is taken by ${other.id}, and "preventDuplicateNames" is set: import that one or choose another name`,
    );
  }
}
