# complete.bash FILE LINE - print what bash completion FILE offers for LINE, as after a Tab at its end
# shellcheck disable=SC2034,SC1090	# bash hands these to completion functions
source "$1"
COMP_LINE=$2 COMP_POINT=${#2} COMPREPLY=()
command=${COMP_LINE%% *}
# Readline breaks words at these, and keeps them as words.
mapfile -t COMP_WORDS < <(grep -oE '[=:]|[^ =:]+' <<<"$COMP_LINE")
[[ $COMP_LINE != *' ' ]] || COMP_WORDS+=('')
COMP_CWORD=$((${#COMP_WORDS[@]} - 1))
read -r _ how function _ < <(complete -p "${command##*/}") && [[ $how == -F ]] || exit
"$function" "$command" "${COMP_WORDS[COMP_CWORD]}" "${COMP_WORDS[COMP_CWORD - 1]}"
((!${#COMPREPLY[@]})) || printf '%s\n' "${COMPREPLY[@]}"
