"""Where tokens arrive: saved mails, the mail history of an account, a mailbox; all read as letters."""
