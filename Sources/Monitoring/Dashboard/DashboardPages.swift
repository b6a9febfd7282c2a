import Mustache

/// The dashboard's templates.
struct DashboardPages: Sendable {
    private let library: MustacheLibrary

    /// Reads the templates, which are a part of the program.
    init() {
        var library = MustacheLibrary()
        for (name, bytes) in [
            ("dashboard", PackageResources.dashboard_mustache), ("overview", PackageResources.overview_mustache),
            ("server", PackageResources.server_mustache), ("events", PackageResources.events_mustache),
        ] {
            do {
                try library.register(String(decoding: bytes, as: UTF8.self), named: name)
            } catch {
                preconditionFailure("the template \(name) is wrong: \(error)")
            }
        }
        self.library = library
    }

    /// Writes a page.
    ///
    /// - Parameters:
    ///   - context: the values for the template; one of `isOverview`, `isServer` and `isEvents` says which.
    ///   - version: the program's version.
    /// - Returns: the HTML.
    func html(_ context: [String: Any], version: String) -> String {
        var context = context
        context["version"] = version
        guard let html = library.render(context, withTemplate: "dashboard") else {
            preconditionFailure("the template was registered when the pages were made")
        }
        return html
    }

    /// The style sheet.
    static let styleSheet =
        DashboardPalette.styleSheet + String(decoding: PackageResources.dashboard_css, as: UTF8.self)
    /// What makes the pages live.
    static let script = String(decoding: PackageResources.dashboard_js, as: UTF8.self)
}
