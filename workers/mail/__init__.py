"""Mail: what is said (`texts/`, one file per sort), the message around it, and the two ways out of here.

An outbox folder for a machine without a mail server, SMTP for the rest; both take the same messages and say with the
same errors what became of them.
"""
