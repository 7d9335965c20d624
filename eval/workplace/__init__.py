"""An invented organisation's documents in eight formats, questions people ask of them, and what fails the gate."""
