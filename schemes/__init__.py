"""The schemes of the source documents, with their code lists and parameter files."""
