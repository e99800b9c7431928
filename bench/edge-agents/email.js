// In the place of `cloudflare:email`, which workerd alone does not have: the SDK imports it, and nothing here sends mail.

export class EmailMessage {}
