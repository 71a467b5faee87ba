package enum Diagrams {}
