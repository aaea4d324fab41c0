"""The surface grammar of hmb files and its keyword tables."""
