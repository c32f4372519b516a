import { flag, record } from "./loose-values.ts";

/** Tags by which the portal tells kinds of enterprise applications apart. */
const TAGS = {
  customSingleSignOn: "WindowsAzureActiveDirectoryCustomSingleSignOnApplication",
  enterprise: "WindowsAzureActiveDirectoryIntegratedApp",
  gallery: "WindowsAzureActiveDirectoryGalleryApplicationNonPrimaryV1",
  hide: "HideApp",
};

/** The tags that a `featureTags` block stands for. */
export function tagsOfFeatures(block: unknown): string[] {
  const features = record(block);
  return Object.entries(TAGS)
    .filter(([feature]) => flag(features[feature]))
    .map(([, tag]) => tag);
}

/** The tags that a deprecated `features` block stands for. */
export function tagsOfOldFeatures(block: unknown): string[] {
  const features = record(block);
  return tagsOfFeatures({
    customSingleSignOn: features.customSingleSignOnApp,
    enterprise: features.enterpriseApplication,
    gallery: features.galleryApplication,
    hide: features.visibleToUsers === false,
  });
}

export function featuresIn(tags: readonly string[]): Record<keyof typeof TAGS, boolean> {
  const has = (wanted: string) => tags.some((tag) => tag.toLowerCase() === wanted.toLowerCase());
  return {
    customSingleSignOn: has(TAGS.customSingleSignOn),
    enterprise: has(TAGS.enterprise),
    gallery: has(TAGS.gallery),
    hide: has(TAGS.hide),
  };
}

export function oldFeaturesIn(tags: readonly string[]): Record<string, boolean> {
  const { customSingleSignOn, enterprise, gallery, hide } = featuresIn(tags);
  return {
    customSingleSignOnApp: customSingleSignOn,
    enterpriseApplication: enterprise,
    galleryApplication: gallery,
    visibleToUsers: !hide,
  };
}
