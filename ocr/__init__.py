"""From bytes to text to findings. Pure: no database, no network; rules and gazetteers come in as arguments."""
