"""Who may use the service: tokens for programs, users of the chat, limits of how often, and the audit log."""
