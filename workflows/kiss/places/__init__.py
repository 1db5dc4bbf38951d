"""Streets, squares and parks that can be chosen in forms, with where they lie."""
