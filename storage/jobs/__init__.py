"""Work that a deed leaves behind: done later, exactly once, by whichever machine is free."""
