"""The signer: signs checkpoints of logs, with a memory of its own that no database can talk out of anything.

Mechanism: `folder` (the files, and who may have them), `desk` (what is signed and what is refused), `server` (the desk
over HTTP). `reach` finds the signer of an instance for commands; `standing` compares logs with its memory, `recovery`
has the ways out of a halt. The process is `deploy/signer.py`, its client `workers/signing.py`.
"""
