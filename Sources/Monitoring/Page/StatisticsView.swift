import Foundation

/// Which form of the statistics a client wants to see.
///
/// - Source: HAProxy 2.6 management guide, section 9.3 (`up`, `no-maint`); the rest recorded from 2.6.12: options follow the
///   address in any order, each after a `;`.
struct StatisticsView: Equatable {
    /// Most letters of a scope; the rest is cut off.
    ///
    /// - Source: recorded from HAProxy 2.6.12's form.
    static let longestScope = 20

    /// What is sent.
    enum Format: Equatable {
        /// The page.
        case page
        /// Rows with commas.
        case csv
        /// A line for each field, with what it means.
        case typed
        /// The same as JSON.
        case json
        /// What the JSON looks like, in JSON.
        case schema
    }

    /// What is sent.
    var format = Format.page
    /// Whether the browser is not to load the page again by itself.
    var hasNoRefresh = false
    /// Whether servers that are down are left out.
    var hidesDown = false
    /// Whether servers in maintenance are left out.
    var hidesMaintenance = false
    /// Only proxies whose name contains this.
    var scope = ""
    /// Whether who sees it may change something.
    var mayChange = false
    /// What became of the change that the client was sent here after.
    var outcome: FormOutcome?

    /// Reads the options that follow the address.
    ///
    /// - Parameter options: such as `;csv;norefresh`.
    init(_ options: some StringProtocol) {
        // Of several formats, the one that goes furthest counts.
        if options.contains(";json-schema") {
            format = .schema
        } else if options.contains(";json") {
            format = .json
        } else if options.contains(";typed") {
            format = .typed
        } else if options.contains(";csv") {
            format = .csv
        }
        hasNoRefresh = options.contains(";norefresh")
        hidesDown = options.contains(";up")
        hidesMaintenance = options.contains(";no-maint")
        if let found = options.firstRange(of: ";st=") {
            outcome = FormOutcome(rawValue: String(options[found.upperBound...].prefix { $0.isLetter }))
        }
        if let found = options.firstRange(of: "scope=") {
            let word = options[found.upperBound...].prefix { $0 != "&" && $0 != ";" }
            scope = String((word.removingPercentEncoding ?? String(word)).prefix(Self.longestScope))
        }
    }

    /// Which rows it shows.
    ///
    /// - Parameter scopes: the only proxies that the configuration lets be seen; all when empty.
    /// - Returns: the selection.
    func selection(among scopes: [String]) -> StatisticsSelection {
        var selection = StatisticsSelection()
        selection.hidesDown = hidesDown
        selection.hidesMaintenance = hidesMaintenance
        selection.scope = scope
        selection.proxies = scopes.isEmpty ? nil : Set(scopes)
        return selection
    }

    /// What follows the address to see the same again.
    ///
    /// - Parameters:
    ///   - isDownHidden: whether servers that are down are left out then.
    ///   - isStill: whether the browser is not to load the page again then.
    /// - Returns: such as `;up;norefresh?scope=rabbit`.
    func options(isDownHidden: Bool? = nil, isStill: Bool? = nil) -> String {
        var options = (isDownHidden ?? hidesDown) ? ";up" : ""
        if isStill ?? hasNoRefresh { options += ";norefresh" }
        if !scope.isEmpty {
            options += "?scope=\(scope.addingPercentEncoding(withAllowedCharacters: .alphanumerics) ?? "")"
        }
        return options
    }
}
