import Testing

/// Stories with the real binary, real sockets and real clients, one after the other: each wants the machine for itself.
@Suite("Scenarios", .serialized)
struct Scenarios {}
