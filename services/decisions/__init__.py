"""What may happen: commands and pure decisions, one file per subject. A decision returns events; `[]`: already so.

A relationship's own commands stand in relationship (its life), relationship_people (who is in it) and
relationship_stage (stages and the end); each module has the `decide` of its own commands.
"""
