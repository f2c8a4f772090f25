"""How a stranger checks the log: trees, tiles, signed notes and what is proven with them. Pure: no file, no network.

- errors, encoding: the one error, with a stable code and a sentence; base64 and numbers in their one spelling
- tree: the Merkle tree of RFC 9162, its proofs, and the edge that grows leaf by leaf
- tiles: the tree and the records as the files of C2SP tlog-tiles
- notes, checkpoint: C2SP signed notes and cosignatures; the signed head of a log
- receipts, streams, programmes: what a member keeps of one record; that a stream, that a programme is complete
"""
