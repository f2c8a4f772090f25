"""Events in plain English: `say` dispatches, a file per subject writes headlines, `detail` lists the rest.

Nothing here is stored: people's names come in at the moment of reading.
"""
