"""What an evaluator needs when it runs; imports neither the language nor the compiler."""
