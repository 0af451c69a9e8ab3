import Testing
@testable import VigieServer
