# Prices of alibaba, in USD per million tokens unless a unit says otherwise.

provider "alibaba" {
  id_prefixes           = ["alibaba/"]
  normalizes_text       = true
  cache_writes          = "explicit"
  fixed_overhead_tokens = 64
  tool_overhead_tokens  = 512
}

model "qvq-max" {
  context_tokens    = 131072
  max_output_tokens = 8192
  hidden_output     = true
  source            = "Portkey Models, models.dev"
  verified_at       = "2026-08-21"
  confidence        = "agreed"
  price {
    input  = "1.2"
    output = "4.8"
  }
}

model "qwen-coder" {
  context_tokens    = 1000000
  max_output_tokens = 16384
  hidden_output     = true
  source            = "Portkey Models, LiteLLM"
  verified_at       = "2026-08-21"
  confidence        = "agreed"
  price {
    input  = "0.3"
    output = "1.5"
  }
}

model "qwen-flash" {
  context_tokens    = 1000000
  max_output_tokens = 32768
  hidden_output     = true
  source            = "Portkey Models, models.dev"
  verified_at       = "2026-08-21"
  confidence        = "agreed"
  price {
    input        = "0.05"
    cached_input = "0.01"
    output       = "0.4"
  }
}

model "qwen-max" {
  context_tokens    = 32768
  max_output_tokens = 8192
  hidden_output     = true
  source            = "Portkey Models, LiteLLM, models.dev"
  verified_at       = "2026-08-21"
  confidence        = "agreed"
  price {
    input        = "1.6"
    cached_input = "0.32"
    output       = "6.4"
  }
}

model "qwen-mt-plus" {
  context_tokens    = 16384
  max_output_tokens = 8192
  source            = "Portkey Models, models.dev"
  verified_at       = "2026-08-21"
  confidence        = "agreed"
  price {
    input  = "2.46"
    output = "7.37"
  }
}

model "qwen-mt-turbo" {
  context_tokens    = 16384
  max_output_tokens = 8192
  source            = "Portkey Models, models.dev"
  verified_at       = "2026-08-21"
  confidence        = "agreed"
  price {
    input  = "0.16"
    output = "0.49"
  }
}

model "qwen-omni-turbo" {
  context_tokens    = 32768
  max_output_tokens = 2048
  source            = "Portkey Models, models.dev"
  verified_at       = "2026-08-21"
  confidence        = "agreed"
  price {
    input  = "0.07"
    output = "0.27"
  }
}

model "qwen-omni-turbo-realtime" {
  context_tokens    = 32768
  max_output_tokens = 2048
  source            = "Portkey Models, models.dev"
  verified_at       = "2026-08-21"
  confidence        = "agreed"
  price {
    input  = "0.27"
    output = "1.07"
  }
}

model "qwen-plus" {
  context_tokens    = 1000000
  max_output_tokens = 32768
  hidden_output     = true
  source            = "Portkey Models, LiteLLM, models.dev"
  verified_at       = "2026-08-21"
  confidence        = "agreed"
  price {
    input  = "0.4"
    output = "1.2"
  }
}

model "qwen-plus-2025-01-25" {
  context_tokens    = 129024
  max_output_tokens = 8192
  hidden_output     = true
  source            = "Portkey Models, LiteLLM"
  verified_at       = "2026-08-21"
  confidence        = "agreed"
  price {
    input  = "0.4"
    output = "1.2"
  }
}

model "qwen-plus-2025-04-28" {
  context_tokens    = 129024
  max_output_tokens = 16384
  hidden_output     = true
  source            = "Portkey Models, LiteLLM"
  verified_at       = "2026-08-21"
  confidence        = "agreed"
  price {
    input     = "0.4"
    output    = "1.2"
    reasoning = "4"
  }
}

model "qwen-plus-2025-07-14" {
  context_tokens    = 129024
  max_output_tokens = 16384
  hidden_output     = true
  source            = "Portkey Models, LiteLLM"
  verified_at       = "2026-08-21"
  confidence        = "agreed"
  price {
    input     = "0.4"
    output    = "1.2"
    reasoning = "4"
  }
}

model "qwen-plus-character-ja" {
  context_tokens    = 8192
  max_output_tokens = 512
  source            = "Portkey Models, models.dev"
  verified_at       = "2026-08-21"
  confidence        = "agreed"
  price {
    input  = "0.5"
    output = "1.4"
  }
}

model "qwen-turbo" {
  ids               = ["qwen-turbo-2025-04-28"]
  context_tokens    = 1000000
  max_output_tokens = 16384
  hidden_output     = true
  source            = "Portkey Models, LiteLLM, models.dev"
  verified_at       = "2026-08-21"
  confidence        = "agreed"
  price {
    input     = "0.05"
    output    = "0.2"
    reasoning = "0.5"
  }
}

model "qwen-turbo-2024-11-01" {
  context_tokens    = 1000000
  max_output_tokens = 8192
  hidden_output     = true
  source            = "Portkey Models, LiteLLM"
  verified_at       = "2026-08-21"
  confidence        = "agreed"
  price {
    input  = "0.05"
    output = "0.2"
  }
}

model "qwen-turbo-latest" {
  context_tokens    = 1000000
  max_output_tokens = 16384
  hidden_output     = true
  source            = "Portkey Models, LiteLLM"
  verified_at       = "2026-08-21"
  confidence        = "agreed"
  price {
    input     = "0.05"
    output    = "0.2"
    reasoning = "0.5"
  }
}

model "qwen-vl-max" {
  context_tokens    = 131072
  max_output_tokens = 8192
  source            = "Portkey Models, models.dev"
  verified_at       = "2026-08-21"
  confidence        = "agreed"
  price {
    input  = "0.8"
    output = "3.2"
  }
}

model "qwen-vl-plus" {
  context_tokens    = 131072
  max_output_tokens = 8192
  source            = "Portkey Models, models.dev"
  verified_at       = "2026-08-21"
  confidence        = "agreed"
  price {
    input  = "0.21"
    output = "0.63"
  }
}

model "qwen2-5-14b-instruct" {
  context_tokens    = 131072
  max_output_tokens = 8192
  source            = "Portkey Models, models.dev"
  verified_at       = "2026-08-21"
  confidence        = "agreed"
  price {
    input  = "0.35"
    output = "1.4"
  }
}

model "qwen2-5-32b-instruct" {
  context_tokens    = 131072
  max_output_tokens = 8192
  source            = "Portkey Models, models.dev"
  verified_at       = "2026-08-21"
  confidence        = "agreed"
  price {
    input  = "0.7"
    output = "2.8"
  }
}

model "qwen2-5-72b-instruct" {
  context_tokens    = 131072
  max_output_tokens = 8192
  source            = "Portkey Models, models.dev"
  verified_at       = "2026-08-21"
  confidence        = "agreed"
  price {
    input  = "1.4"
    output = "5.6"
  }
}

model "qwen2-5-7b-instruct" {
  context_tokens    = 131072
  max_output_tokens = 8192
  source            = "Portkey Models, models.dev"
  verified_at       = "2026-08-21"
  confidence        = "agreed"
  price {
    input  = "0.175"
    output = "0.7"
  }
}

model "qwen2-5-omni-7b" {
  context_tokens    = 32768
  max_output_tokens = 2048
  source            = "Portkey Models, models.dev"
  verified_at       = "2026-08-21"
  confidence        = "agreed"
  price {
    input  = "0.1"
    output = "0.4"
  }
}

model "qwen2-5-vl-72b-instruct" {
  context_tokens    = 131072
  max_output_tokens = 8192
  source            = "Portkey Models, models.dev"
  verified_at       = "2026-08-21"
  confidence        = "agreed"
  price {
    input  = "2.8"
    output = "8.4"
  }
}

model "qwen2-5-vl-7b-instruct" {
  context_tokens    = 131072
  max_output_tokens = 8192
  source            = "Portkey Models, models.dev"
  verified_at       = "2026-08-21"
  confidence        = "agreed"
  price {
    input  = "0.35"
    output = "1.05"
  }
}

model "qwen3-14b" {
  context_tokens    = 131072
  max_output_tokens = 8192
  hidden_output     = true
  source            = "Portkey Models, models.dev"
  verified_at       = "2026-08-21"
  confidence        = "agreed"
  price {
    input  = "0.35"
    output = "1.4"
  }
}

model "qwen3-235b-a22b" {
  context_tokens    = 131072
  max_output_tokens = 16384
  hidden_output     = true
  source            = "Portkey Models, models.dev"
  verified_at       = "2026-08-21"
  confidence        = "agreed"
  price {
    input  = "0.7"
    output = "2.8"
  }
}

model "qwen3-32b" {
  context_tokens    = 131072
  max_output_tokens = 16384
  hidden_output     = true
  source            = "Portkey Models, models.dev"
  verified_at       = "2026-08-21"
  confidence        = "agreed"
  price {
    input  = "0.7"
    output = "2.8"
  }
}

model "qwen3-8b" {
  context_tokens    = 131072
  max_output_tokens = 8192
  hidden_output     = true
  source            = "Portkey Models, models.dev"
  verified_at       = "2026-08-21"
  confidence        = "agreed"
  price {
    input  = "0.18"
    output = "0.7"
  }
}

model "qwen3-asr-flash" {
  context_tokens    = 53248
  max_output_tokens = 4096
  source            = "Portkey Models, models.dev"
  verified_at       = "2026-08-21"
  confidence        = "agreed"
  price {
    input  = "0.035"
    output = "0.035"
  }
}

model "qwen3-coder-30b-a3b-instruct" {
  context_tokens    = 262144
  max_output_tokens = 65536
  source            = "Portkey Models, models.dev"
  verified_at       = "2026-08-21"
  confidence        = "agreed"
  price {
    input  = "0.45"
    output = "2.25"
  }
}

model "qwen3-coder-480b-a35b-instruct" {
  context_tokens    = 262144
  max_output_tokens = 65536
  source            = "Portkey Models, models.dev"
  verified_at       = "2026-08-21"
  confidence        = "agreed"
  price {
    input  = "1.5"
    output = "7.5"
  }
}

model "qwen3-coder-flash" {
  context_tokens    = 1000000
  max_output_tokens = 65536
  hidden_output     = true
  source            = "Portkey Models, models.dev"
  verified_at       = "2026-08-21"
  confidence        = "agreed"
  price {
    input  = "0.3"
    output = "1.5"
  }
}

model "qwen3-coder-plus" {
  context_tokens    = 1048576
  max_output_tokens = 65536
  hidden_output     = true
  source            = "Portkey Models, models.dev"
  verified_at       = "2026-08-21"
  confidence        = "agreed"
  price {
    input  = "1"
    output = "5"
  }
}

model "qwen3-livetranslate-flash-realtime" {
  context_tokens    = 53248
  max_output_tokens = 4096
  source            = "Portkey Models, models.dev"
  verified_at       = "2026-08-21"
  confidence        = "agreed"
  price {
    input  = "10"
    output = "10"
  }
}

model "qwen3-max" {
  context_tokens    = 262144
  max_output_tokens = 65536
  hidden_output     = true
  source            = "Portkey Models, models.dev"
  verified_at       = "2026-08-21"
  confidence        = "agreed"
  price {
    input        = "1.2"
    cached_input = "0.24"
    output       = "6"
  }
}

model "qwen3-next-80b-a3b-instruct" {
  context_tokens    = 262144
  max_output_tokens = 65536
  source            = "Portkey Models, models.dev"
  verified_at       = "2026-08-21"
  confidence        = "agreed"
  price {
    input  = "0.5"
    output = "2"
  }
}

model "qwen3-next-80b-a3b-thinking" {
  context_tokens    = 262144
  max_output_tokens = 65536
  hidden_output     = true
  source            = "Portkey Models, models.dev"
  verified_at       = "2026-08-21"
  confidence        = "agreed"
  price {
    input  = "0.5"
    output = "6"
  }
}

model "qwen3-omni-flash" {
  context_tokens    = 65536
  max_output_tokens = 16384
  hidden_output     = true
  source            = "Portkey Models, models.dev"
  verified_at       = "2026-08-21"
  confidence        = "agreed"
  price {
    input  = "0.43"
    output = "1.66"
  }
}

model "qwen3-omni-flash-realtime" {
  context_tokens    = 65536
  max_output_tokens = 16384
  source            = "Portkey Models, models.dev"
  verified_at       = "2026-08-21"
  confidence        = "agreed"
  price {
    input  = "0.52"
    output = "1.99"
  }
}

model "qwen3-vl-235b-a22b-instruct" {
  context_tokens    = 131072
  max_output_tokens = 32768
  source            = "Portkey Models, LiteLLM"
  verified_at       = "2026-08-21"
  confidence        = "agreed"
  price {
    input  = "0.4"
    output = "1.6"
  }
}

model "qwen3-vl-235b-a22b-thinking" {
  context_tokens    = 131072
  max_output_tokens = 32768
  hidden_output     = true
  source            = "Portkey Models, LiteLLM"
  verified_at       = "2026-08-21"
  confidence        = "agreed"
  price {
    input  = "0.4"
    output = "4"
  }
}

model "qwen3-vl-30b-a3b" {
  context_tokens    = 131072
  max_output_tokens = 32768
  hidden_output     = true
  source            = "Portkey Models, models.dev"
  verified_at       = "2026-08-21"
  confidence        = "agreed"
  price {
    input  = "0.2"
    output = "0.8"
  }
}

model "qwen3-vl-32b-instruct" {
  context_tokens    = 131072
  max_output_tokens = 32768
  source            = "Portkey Models, LiteLLM"
  verified_at       = "2026-08-21"
  confidence        = "agreed"
  price {
    input  = "0.16"
    output = "0.64"
  }
}

model "qwen3-vl-plus" {
  context_tokens    = 262144
  max_output_tokens = 32768
  hidden_output     = true
  source            = "Portkey Models, models.dev"
  verified_at       = "2026-08-21"
  confidence        = "agreed"
  price {
    input  = "0.2"
    output = "1.6"
  }
}

model "qwen3.5-plus" {
  context_tokens    = 1000000
  max_output_tokens = 65536
  hidden_output     = true
  source            = "Portkey Models, models.dev"
  verified_at       = "2026-08-21"
  confidence        = "agreed"
  price {
    input  = "0.4"
    output = "2.4"
  }
}

model "qwen3.7-max" {
  context_tokens    = 1000000
  max_output_tokens = 65536
  hidden_output     = true
  source            = "LiteLLM, models.dev"
  verified_at       = "2026-08-01"
  confidence        = "agreed"
  price {
    input          = "2.5"
    cached_input   = "0.5"
    cache_write_5m = "3.125"
    output         = "7.5"
  }
}

model "qwen3.7-plus" {
  context_tokens    = 1000000
  max_output_tokens = 65536
  hidden_output     = true
  source            = "models.dev, LiteLLM, OpenRouter"
  verified_at       = "2026-08-01"
  confidence        = "single"
  note              = "sources differ: the dearer figures are listed"
  price {
    input          = "0.5"
    cached_input   = "0.064"
    cache_write_5m = "0.625"
    output         = "3"
  }
  price {
    above_input_tokens = 256000
    input              = "1.2"
    cache_write_5m     = "1.5"
    output             = "4.8"
  }
}

model "qwen3.8-max-0902" {
  hidden_output = true
  source        = "OpenRouter, a reseller"
  verified_at   = "2026-10-02"
  confidence    = "single"
  price {
    input  = "2"
    output = "6"
  }
}

model "qwq-plus" {
  context_tokens    = 131072
  max_output_tokens = 8192
  hidden_output     = true
  source            = "Portkey Models, LiteLLM, models.dev"
  verified_at       = "2026-08-21"
  confidence        = "agreed"
  price {
    input  = "0.8"
    output = "2.4"
  }
}
