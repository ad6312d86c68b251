"""Every body: agency, school, employer, certification body; their tree and working calendar."""
