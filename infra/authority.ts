/** The sign-in service of the public cloud; `AZURE_AUTHORITY_HOST` names another, as for the Azure SDKs. */
export const PUBLIC_AUTHORITY_HOST = "https://login.microsoftonline.com";
