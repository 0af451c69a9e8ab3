import Testing
@testable import VigieReports
