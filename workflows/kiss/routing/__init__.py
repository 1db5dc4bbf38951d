"""Who is responsible: rules as dated data, then the text model, then the coordination; always with reasons."""
