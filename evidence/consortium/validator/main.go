// A validator of a consortium: CometBFT agrees on the blocks, an execution client (geth) makes and carries them out over the engine API.
package main

import (
	"context"
	gohex "encoding/hex"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	cfg "github.com/cometbft/cometbft/config"
	"github.com/cometbft/cometbft/libs/log"
	"github.com/cometbft/cometbft/node"
	"github.com/cometbft/cometbft/p2p"
	"github.com/cometbft/cometbft/privval"
	"github.com/cometbft/cometbft/proxy"
	"github.com/cometbft/cometbft/types"
	"github.com/spf13/viper"
)

func main() {
	run := map[string]func([]string) error{"init": initialize, "run": validate}
	if len(os.Args) < 2 || run[os.Args[1]] == nil {
		fmt.Fprintln(os.Stderr, "usage: validator init|run -h")
		os.Exit(2)
	}
	if err := run[os.Args[1]](os.Args[2:]); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// initialize writes a home for each validator below a folder: keys, the genesis that they share, and who is where.
func initialize(arguments []string) error {
	flags := flag.NewFlagSet("init", flag.ExitOnError)
	out := flags.String("out", "", "folder")
	names := flags.String("names", "", "validators, with commas")
	ports := flags.String("ports", "", "their ports for one another, with commas")
	pause := flags.Duration("pause", time.Second, "from a block to the next proposal")
	_ = flags.Parse(arguments)
	homes, at := strings.Split(*names, ","), strings.Split(*ports, ",")
	if len(homes) != len(at) {
		return fmt.Errorf("%d names and %d ports", len(homes), len(at))
	}
	genesis := &types.GenesisDoc{
		ChainID: "consortium", ConsensusParams: types.DefaultConsensusParams(), GenesisTime: time.Now(), InitialHeight: 1,
	}
	configs, peers := []*cfg.Config{}, []string{}
	for place, name := range homes {
		config := cfg.DefaultConfig()
		config.SetRoot(filepath.Join(*out, name))
		cfg.EnsureRoot(config.RootDir)
		key, err := privval.LoadOrGenFilePV(config.PrivValidatorKeyFile(), config.PrivValidatorStateFile()).GetPubKey()
		if err != nil {
			return err
		}
		genesis.Validators = append(genesis.Validators, types.GenesisValidator{Address: key.Address(), PubKey: key, Power: 1, Name: name})
		own, err := p2p.LoadOrGenNodeKey(config.NodeKeyFile())
		if err != nil {
			return err
		}
		peers = append(peers, p2p.IDAddressString(own.ID(), "127.0.0.1:"+at[place]))
		configs = append(configs, config)
	}
	for place, config := range configs {
		if err := genesis.SaveAs(config.GenesisFile()); err != nil {
			return err
		}
		config.Moniker = homes[place]
		config.P2P.ListenAddress, config.RPC.ListenAddress = "tcp://127.0.0.1:"+at[place], ""
		config.P2P.PersistentPeers = strings.Join(append(append([]string{}, peers[:place]...), peers[place+1:]...), ",")
		config.P2P.AddrBookStrict, config.P2P.AllowDuplicateIP, config.P2P.PexReactor = false, true, false
		config.Mempool.Type = cfg.MempoolTypeNop
		config.TxIndex.Indexer = "null"
		config.Consensus.TimeoutCommit = *pause
		cfg.WriteConfigFile(filepath.Join(config.RootDir, "config", "config.toml"), config)
	}
	return nil
}

// validate takes part until it is told to stop.
func validate(arguments []string) error {
	flags := flag.NewFlagSet("run", flag.ExitOnError)
	home := flags.String("home", "", "folder made by init")
	collect := flags.Duration("collect", 200*time.Millisecond, "that the execution client fills a block")
	url := flags.String("engine", "", "engine API of the province's execution client")
	secret := flags.String("secret", "", "file with the secret of the engine API")
	recipient := flags.String("recipient", "0x"+strings.Repeat("0", 40), "address in the blocks made here")
	step := flags.Uint64("step", 0, "seconds of the chain's own clock from block to block; 0: real time")
	stride := flags.Uint64("stride", 0, "seconds where nothing is due soon")
	due := flags.String("due", "0", "seconds into the hour, with commas")
	_ = flags.Parse(arguments)
	clock, err := clockOf(*step, *stride, *due)
	if err != nil {
		return err
	}
	text, err := os.ReadFile(*secret)
	if err != nil {
		return err
	}
	key, err := gohex.DecodeString(strings.TrimPrefix(strings.TrimSpace(string(text)), "0x"))
	if err != nil {
		return err
	}
	config := cfg.DefaultConfig()
	viper.SetConfigFile(filepath.Join(*home, "config", "config.toml"))
	if err := viper.ReadInConfig(); err != nil {
		return err
	}
	if err := viper.Unmarshal(config); err != nil {
		return err
	}
	config.SetRoot(*home)
	logger := log.NewTMLogger(log.NewSyncWriter(os.Stderr))
	own, err := p2p.LoadNodeKey(config.NodeKeyFile())
	if err != nil {
		return err
	}
	filtered := log.NewFilter(logger, log.AllowError())
	app := &Application{engine: &Engine{*url, key, *recipient}, clock: clock, collect: *collect, log: logger}
	running, err := node.NewNode(config, privval.LoadFilePV(config.PrivValidatorKeyFile(), config.PrivValidatorStateFile()), own,
		proxy.NewLocalClientCreator(app), node.DefaultGenesisDocProviderFunc(config), cfg.DefaultDBProvider,
		node.DefaultMetricsProvider(config.Instrumentation), filtered)
	if err != nil {
		return err
	}
	if err := running.Start(); err != nil {
		return err
	}
	stopped, done := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer done()
	<-stopped.Done()
	err = running.Stop()
	running.Wait()
	return err
}
