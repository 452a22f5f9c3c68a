"""What `shengdian` offers to Python programs, one idea a file. Import it from `shengdian` itself."""
