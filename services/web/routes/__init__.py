"""The paths of the API, a file per subject; each declares its `ROUTES`, found by `services.web.app`."""
