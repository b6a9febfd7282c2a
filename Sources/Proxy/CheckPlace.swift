/// Whose check it is that a slot of the worker's checks stands for.
struct CheckPlace {
    /// The backend's index in the instance.
    let backend: Int
    /// The server's index in the backend.
    let server: Int
    /// Whether it is the server's agent that is asked, and not the server itself that is checked.
    let isAgent: Bool
}
