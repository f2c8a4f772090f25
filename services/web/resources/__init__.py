"""The shapes that go out, a file per subject: what a reader of the API sees of a state."""
