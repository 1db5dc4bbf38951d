"""The staff web: ASGI server, sign-in page, Streamlit pages."""
