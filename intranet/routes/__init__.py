"""Plain HTTP beside the Streamlit pages: sign-in, page images and downloads, health and metrics, own assets."""
