package main

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

// Clock gives the time of the next block, equal for all who check it. With a step it is the chain's own: `step` seconds on after something
// is due, `stride` at most elsewhere; `due` are seconds into the hour. Without one it is the time that the validators have agreed on.
type Clock struct {
	step, stride uint64
	due          []uint64
}

func clockOf(step, stride uint64, due string) (Clock, error) {
	clock := Clock{step: step, stride: stride}
	for _, text := range strings.Split(due, ",") {
		second, err := strconv.ParseUint(text, 10, 64)
		if err != nil || second >= hour {
			return clock, fmt.Errorf("%q are no seconds into an hour", text)
		}
		clock.due = append(clock.due, second)
	}
	return clock, nil
}

func (clock Clock) following(last uint64, agreed time.Time) uint64 {
	if clock.step == 0 {
		return max(last+1, uint64(agreed.Unix()))
	}
	step := clock.stride
	for _, due := range clock.due {
		if (last+hour-due)%hour < linger {
			return last + clock.step
		}
		step = min(step, (due+hour-last%hour)%hour)
	}
	return last + max(step, 1)
}

const (
	hour   = 3600
	linger = 40
)
