# Prices of moonshot, in USD per million tokens unless a unit says otherwise.

provider "moonshot" {
  id_prefixes           = ["moonshot/"]
  normalizes_text       = true
  cache_writes          = "none"
  fixed_overhead_tokens = 64
  tool_overhead_tokens  = 512
}

model "kimi-k2-0711-preview" {
  context_tokens    = 131072
  max_output_tokens = 131072
  retires_on        = "2026-05-25"
  source            = "genai-prices, Portkey Models, LiteLLM, models.dev"
  verified_at       = "2026-08-21"
  confidence        = "agreed"
  price {
    input        = "0.6"
    cached_input = "0.15"
    output       = "2.5"
  }
}

model "kimi-k2-0905-preview" {
  context_tokens    = 262144
  max_output_tokens = 262144
  retires_on        = "2026-05-25"
  source            = "genai-prices, Portkey Models, LiteLLM, models.dev"
  verified_at       = "2026-08-21"
  confidence        = "agreed"
  price {
    input        = "0.6"
    cached_input = "0.15"
    output       = "2.5"
  }
}

model "kimi-k2-thinking" {
  context_tokens    = 262144
  max_output_tokens = 262144
  hidden_output     = true
  retires_on        = "2026-05-25"
  source            = "genai-prices, Portkey Models, LiteLLM, models.dev"
  verified_at       = "2026-08-21"
  confidence        = "agreed"
  price {
    input        = "0.6"
    cached_input = "0.15"
    output       = "2.5"
  }
}

model "kimi-k2-thinking-turbo" {
  context_tokens    = 262144
  max_output_tokens = 262144
  hidden_output     = true
  retires_on        = "2026-05-25"
  source            = "genai-prices, Portkey Models, LiteLLM, models.dev"
  verified_at       = "2026-08-21"
  confidence        = "agreed"
  price {
    input        = "1.15"
    cached_input = "0.15"
    output       = "8"
  }
}

model "kimi-k2-turbo-preview" {
  context_tokens    = 262144
  max_output_tokens = 262144
  retires_on        = "2026-05-25"
  source            = "genai-prices, Portkey Models, LiteLLM"
  verified_at       = "2026-08-21"
  confidence        = "agreed"
  price {
    input        = "1.15"
    cached_input = "0.15"
    output       = "8"
  }
}

model "kimi-k2.5" {
  context_tokens    = 262144
  max_output_tokens = 262144
  hidden_output     = true
  source            = "genai-prices, Portkey Models, LiteLLM, models.dev"
  verified_at       = "2026-08-21"
  confidence        = "agreed"
  price {
    input        = "0.6"
    cached_input = "0.1"
    output       = "3"
  }
}

model "kimi-k2.6" {
  context_tokens    = 262144
  max_output_tokens = 262144
  hidden_output     = true
  source            = "genai-prices, Portkey Models, LiteLLM, models.dev"
  verified_at       = "2026-08-21"
  confidence        = "agreed"
  price {
    input        = "0.95"
    cached_input = "0.16"
    output       = "4"
  }
}

model "kimi-k2.7-code" {
  context_tokens    = 262144
  max_output_tokens = 262144
  hidden_output     = true
  source            = "genai-prices, Portkey Models, models.dev"
  verified_at       = "2026-08-21"
  confidence        = "agreed"
  price {
    input        = "0.95"
    cached_input = "0.19"
    output       = "4"
  }
}

model "kimi-k2.7-code-highspeed" {
  context_tokens    = 262144
  max_output_tokens = 262144
  hidden_output     = true
  source            = "Portkey Models, models.dev"
  verified_at       = "2026-08-21"
  confidence        = "agreed"
  price {
    input        = "1.9"
    cached_input = "0.38"
    output       = "8"
  }
}

model "kimi-k3" {
  source      = "genai-prices, Portkey Models"
  verified_at = "2026-08-21"
  confidence  = "agreed"
  price {
    input        = "3"
    cached_input = "0.3"
    output       = "15"
  }
}

model "moonshot-v1-128k" {
  context_tokens    = 131072
  max_output_tokens = 131072
  source            = "genai-prices, Portkey Models, LiteLLM"
  verified_at       = "2026-08-21"
  confidence        = "agreed"
  price {
    input  = "2"
    output = "5"
  }
}

model "moonshot-v1-128k-vision-preview" {
  context_tokens    = 131072
  max_output_tokens = 131072
  source            = "genai-prices, Portkey Models, LiteLLM"
  verified_at       = "2026-08-21"
  confidence        = "agreed"
  price {
    input  = "2"
    output = "5"
  }
}

model "moonshot-v1-32k" {
  context_tokens    = 32768
  max_output_tokens = 32768
  source            = "genai-prices, Portkey Models, LiteLLM"
  verified_at       = "2026-08-21"
  confidence        = "agreed"
  price {
    input  = "1"
    output = "3"
  }
}

model "moonshot-v1-32k-vision-preview" {
  context_tokens    = 32768
  max_output_tokens = 32768
  source            = "genai-prices, Portkey Models, LiteLLM"
  verified_at       = "2026-08-21"
  confidence        = "agreed"
  price {
    input  = "1"
    output = "3"
  }
}

model "moonshot-v1-8k" {
  context_tokens    = 8192
  max_output_tokens = 8192
  source            = "genai-prices, Portkey Models, LiteLLM"
  verified_at       = "2026-08-21"
  confidence        = "agreed"
  price {
    input  = "0.2"
    output = "2"
  }
}

model "moonshot-v1-8k-vision-preview" {
  context_tokens    = 8192
  max_output_tokens = 8192
  source            = "genai-prices, Portkey Models, LiteLLM"
  verified_at       = "2026-08-21"
  confidence        = "agreed"
  price {
    input  = "0.2"
    output = "2"
  }
}
