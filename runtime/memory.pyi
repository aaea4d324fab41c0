class Block:
    size: int
