.PHONY: run test smoke bench backtest fuzz layers format lint docs clean

build-packages:
	@./Scripts/install.sh zlib1g-dev
