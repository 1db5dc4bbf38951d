"""What lasts, and what every room needs below itself: database, blobs, journal, jobs, tasks, rights, organisation."""
