import Testing
@testable import VigieIncidents
