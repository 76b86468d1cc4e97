# complete.zsh FOLDER LINE - print what zsh offers for LINE with the functions in FOLDER, as after a Tab at its end.
# A zsh on a pseudo terminal is given the line and the key; its compadd writes down what it is asked to add.
zmodload zsh/zpty
offers=$(mktemp)
export OFFERS=$offers FOLDER=$1
zpty z zsh -f -i
read -r -d '' set_up <<'END'
PROMPT= ; unsetopt beep; fpath=($FOLDER $fpath); autoload -Uz compinit; compinit -u -D; zstyle ':completion:*' insert-tab false
compadd() { local -a hits; [[ "$*" = *-[OAD]\ * ]] || { builtin compadd -O hits "$@"; (( $#hits )) && print -rl -- $hits >>$OFFERS; }; builtin compadd "$@"; }
finish() { print -r -- done >$OFFERS.done; }
comppostfuncs=(finish); bindkey '^I' complete-word; print -r -- ready >$OFFERS.ready
END
zpty -w z "$set_up"
repeat 100; do [[ -e $offers.ready ]] && break; sleep 0.05; done
zpty -w -n z "$2"$'\t'
repeat 100; do [[ -e $offers.done ]] && break; sleep 0.05; done
zpty -d z
sort -u $offers
[[ -e $offers.done ]] || print -u2 "no answer"
rm -f $offers $offers.done $offers.ready
