"""Reminders that are due: found in the view `due`, checked again, mailed, and recorded with what became of them.

send: the causes of an organisation, one after the other. cause: one cause, held by one worker. delivery: one mail.
case: what the relationship says of the cause now, and what the reader is told.
"""
