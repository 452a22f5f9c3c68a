package main

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/cometbft/cometbft/abci/types"
	"github.com/cometbft/cometbft/libs/log"
)

// Application is what CometBFT agrees on: at each height one block of the execution client.
type Application struct {
	types.BaseApplication
	engine  *Engine
	clock   Clock
	collect time.Duration
	head    Head
	log     log.Logger
}

// Info tells how far the execution client is; CometBFT repeats what it lacks.
func (app *Application) Info(ctx context.Context, _ *types.RequestInfo) (*types.ResponseInfo, error) {
	head, err := app.engine.head(ctx)
	if err != nil {
		return nil, err
	}
	app.head = head
	answer := &types.ResponseInfo{LastBlockHeight: int64(head.Number)}
	if head.Number > 0 {
		answer.LastBlockAppHash = []byte(head.Hash)
	}
	return answer, nil
}

// InitChain binds the chain to the execution client's first block.
func (app *Application) InitChain(context.Context, *types.RequestInitChain) (*types.ResponseInitChain, error) {
	return &types.ResponseInitChain{AppHash: []byte(app.head.Hash)}, nil
}

// CheckTx takes no transactions: those of traders wait in the execution client.
func (app *Application) CheckTx(context.Context, *types.RequestCheckTx) (*types.ResponseCheckTx, error) {
	return &types.ResponseCheckTx{Code: 1, Log: "send transactions to the execution client"}, nil
}

// PrepareProposal has the province's own execution client make the block.
func (app *Application) PrepareProposal(
	ctx context.Context, request *types.RequestPrepareProposal,
) (*types.ResponsePrepareProposal, error) {
	payload, err := app.engine.build(ctx, app.head, app.clock.following(app.head.Time, request.Time), app.collect)
	if err != nil {
		app.log.Error("no block is proposed", "height", request.Height, "error", err)
		return &types.ResponsePrepareProposal{}, nil
	}
	return &types.ResponsePrepareProposal{Txs: [][]byte{payload}}, nil
}

// ProcessProposal accepts a block that the province's own execution client carries out, at the time that is due.
func (app *Application) ProcessProposal(
	ctx context.Context, request *types.RequestProcessProposal,
) (*types.ResponseProcessProposal, error) {
	if err := app.check(ctx, request); err != nil {
		app.log.Error("the proposal is refused", "height", request.Height, "error", err)
		return &types.ResponseProcessProposal{Status: types.ResponseProcessProposal_REJECT}, nil
	}
	return &types.ResponseProcessProposal{Status: types.ResponseProcessProposal_ACCEPT}, nil
}

func (app *Application) check(ctx context.Context, request *types.RequestProcessProposal) error {
	if len(request.Txs) != 1 {
		return fmt.Errorf("%d blocks where one is due", len(request.Txs))
	}
	var payload Payload
	if err := json.Unmarshal(request.Txs[0], &payload); err != nil {
		return err
	}
	due := app.clock.following(app.head.Time, request.Time)
	if payload.ParentHash != app.head.Hash || uint64(payload.BlockNumber) != uint64(request.Height) || uint64(payload.Timestamp) != due {
		return fmt.Errorf("block %d after %s at %d is not the next one", payload.BlockNumber, payload.ParentHash, payload.Timestamp)
	}
	return app.engine.carryOut(ctx, request.Txs[0])
}

// FinalizeBlock carries out what more than two thirds have agreed on. It waits for an execution client that is away.
func (app *Application) FinalizeBlock(
	ctx context.Context, request *types.RequestFinalizeBlock,
) (*types.ResponseFinalizeBlock, error) {
	var payload Payload
	if err := json.Unmarshal(request.Txs[0], &payload); err != nil {
		return nil, err
	}
	for {
		err := app.engine.carryOut(ctx, request.Txs[0])
		if err == nil {
			err = app.engine.finalize(ctx, payload.BlockHash)
		}
		if err == nil {
			break
		}
		app.log.Error("the block agreed on is not carried out yet", "height", request.Height, "error", err)
		time.Sleep(time.Second)
	}
	app.head = Head{uint64(payload.BlockNumber), uint64(payload.Timestamp), payload.BlockHash}
	results := []*types.ExecTxResult{{Code: types.CodeTypeOK}}
	return &types.ResponseFinalizeBlock{TxResults: results, AppHash: []byte(payload.BlockHash)}, nil
}
