import Testing
@testable import VigieSimulator
