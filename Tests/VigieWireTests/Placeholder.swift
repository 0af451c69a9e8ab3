import Testing
@testable import VigieWire
