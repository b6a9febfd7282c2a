import ArgumentParser
import Monitoring

/// `--dashboard ADDR:PORT|off`.
enum DashboardOption: ExpressibleByArgument, Sendable, Hashable {
    /// Served on an address.
    case at(DashboardAddress)
    /// Not served.
    case off

    /// Reads the option.
    ///
    /// - Parameter argument: `off` or an address.
    init?(argument: String) {
        if argument == "off" {
            self = .off
        } else if let address = DashboardAddress(argument) {
            self = .at(address)
        } else {
            return nil
        }
    }

    /// As it is given.
    var defaultValueDescription: String {
        switch self {
        case .at(let address): address.description
        case .off: "off"
        }
    }
}
