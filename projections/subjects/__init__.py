"""The states and folds, one file per subject; a stream kind's file ends in its `FOLD`.

goal, session, feedback, reminder and agreement are parts of the relationship's state and have an `evolve` of their
own. What a relationship itself is has parts too: relationship_description (its words), relationship_course (status,
stage and people in the order of the world) and relationship_turns (which event turns the course, and how).
"""
