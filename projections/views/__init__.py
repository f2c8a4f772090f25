"""What readers see, derived from states and events: due reminders, overview, agenda, timeline."""
