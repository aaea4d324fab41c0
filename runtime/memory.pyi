class Block:
    size: int

def keep_memory(limit: int = ...) -> None: ...
