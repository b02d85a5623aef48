"""What pgkit.Recorder is made of. It imports neither click nor rich."""
