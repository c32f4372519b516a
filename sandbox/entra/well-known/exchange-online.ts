import type { PublishedApplication } from "./published-application.ts";

/**
 * Office 365 Exchange Online, with its permissions for sending and reading mail. A scope has another id
 * here than in Microsoft Graph, an application permission mostly the same.
 * https://learn.microsoft.com/exchange/client-developer/legacy-protocols/how-to-authenticate-an-imap-pop-smtp-application-by-using-oauth
 */
export const exchangeOnline: PublishedApplication = {
  appId: "00000002-0000-0ff1-ce00-000000000000",
  displayName: "Office 365 Exchange Online",
  servicePrincipalNames: [
    "https://outlook.office365.com",
    "https://outlook.office365.com/",
    "https://outlook.office.com",
    "https://outlook.office.com/",
    "https://ps.outlook.com/",
    "00000002-0000-0ff1-ce00-000000000000",
  ],
  appRoles: [
    {
      id: "dc50a0fb-09a3-484d-be87-e023b12c6440",
      value: "Exchange.ManageAsApp",
      displayName: "Manage Exchange As Application",
    },
    {
      id: "dc890d15-9560-4a4c-9b7f-a736ec74ec40",
      value: "full_access_as_app",
      displayName: "Use Exchange Web Services with full access to all mailboxes",
    },
    {
      id: "5e5addcd-3e8d-4e90-baf5-964efab2b20a",
      value: "IMAP.AccessAsApp",
      displayName: "IMAP.AccessAsApp",
    },
    {
      id: "810c84a8-4a9e-49e6-bf7d-12d183f40d01",
      value: "Mail.Read",
      displayName: "Read mail in all mailboxes",
    },
    {
      id: "e2a3a72e-5f79-4c64-b1b1-878b674786c9",
      value: "Mail.ReadWrite",
      displayName: "Read and write mail in all mailboxes",
    },
    { id: "b633e1c5-b582-4048-a93e-9f11b44c7e96", value: "Mail.Send", displayName: "Send mail as any user" },
    { id: "cb842b43-da6e-4506-86fe-bb12199c656d", value: "POP.AccessAsApp", displayName: "POP.AccessAsApp" },
    {
      id: "7146a1f0-8703-45b3-9eae-527a64c00995",
      value: "SMTP.SendAsApp",
      displayName: "Application access for sending emails via SMTP AUTH",
    },
  ],
  scopes: [
    {
      id: "3b5f3d61-589b-4a3c-a359-5dd4b5ee5bd5",
      value: "EWS.AccessAsUser.All",
      displayName: "Access mailboxes as the signed-in user via Exchange Web Services",
    },
    {
      id: "195adc35-e27b-454b-a7ed-1ecdffa1c09f",
      value: "IMAP.AccessAsUser.All",
      displayName: "Read and write access to your mail via IMAP",
    },
    { id: "185758ba-798d-4b72-9e54-429a413a2510", value: "Mail.Read", displayName: "Read user mail" },
    {
      id: "75767999-c7a8-481e-a6b4-19458e0b30a5",
      value: "Mail.ReadWrite",
      displayName: "Read and write user mail",
    },
    { id: "5eb43c10-865a-4259-960a-83946678f8dd", value: "Mail.Send", displayName: "Send mail as a user" },
    {
      id: "fb698133-92fa-453e-a9ed-688e10f2e5ac",
      value: "POP.AccessAsUser.All",
      displayName: "Read and write access to your mail via POP",
    },
    {
      id: "76faac2a-0f20-42f1-928a-50de5b9dbe52",
      value: "SMTP.Send",
      displayName: "Access to sending emails from your mailbox using SMTP AUTH",
    },
    { id: "6223a6d3-53ef-4f8f-982a-895b39483c61", value: "User.Read", displayName: "Read user profiles" },
  ],
};
